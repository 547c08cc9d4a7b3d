"""What the desk says to people, outside its templates."""

from __future__ import annotations

TOO_MANY_GUESSES = "试错次数太多，请 10 分钟后再试，或请管理员重发邀请码。"
CODE_MISSING = "请输入邀请码。"
NOT_FROM_HERE = "这个请求不是从本站页面发出的。"
NOT_THIS_HOST = "演示模式只在本机打开。"
NOT_FOUND = "没有这个页面。"
STORE_AWAY = "数据暂时读不出来，正在重试。"
WRONG_SOMEWHERE = "出了点问题，请稍后再试。情况紧急请先打 110 或 120。"

# The demo's sentences: level of the stripe, its word, what is sent; {town} is the demo's.
SAMPLES = (
    ("red", "红", "{town}富丽花园12栋，有个男的坐在天台边上，情绪很激动，扬言要跳下来"),
    ("orange", "橙", "刘某因为工资的事在村委会说，再不解决就死给你们看"),
    ("yellow", "黄", "独居的陈伯最近总说活着没意思，把存折和后事都交代给了女儿"),
    ("none", "无", "业主反映电梯坏了三个月没人修，准备下周去区里上访"),
    ("red", "粤语", "村口有个阿叔揸住把菜刀，话要斩死个包工头"),
)
