"""How often characters and words stand in everyday reports, roughly.

Counted once over the harmless lines of `nlp/corpus`, a report taken as 75 characters; it
only serves to choose which words of a rule are looked for first. Refuses: deciding
anything; figures that are off cost time, never a finding.
"""

from __future__ import annotations

import functools

_SELDOM_A_CHARACTER = 0.008
_OTHER = 0.05  # a digit or letter
_SELDOM_A_PAIR, _MOST_A_PAIR = 0.0005, 0.007  # a pair that was not seen
_KEPT_WORDS = 1 << 16
_EACH_MORE = 3  # a longer word is so many times rarer than the rarest pair in it

_CHARACTERS: dict[float, str] = {
    0.25: ("一三上下不个了人到去在天子家已我是有来没的要说"),
    0.12: (
        "业两为主事二今他们会你信全公出别十发口吃后周回大她好小就工带年开得想手打把报放日"
        "时晚村某楼死水求点理生电看着系给老自行访话请走起车过还这那都里门问阿"
    ),
    0.06: (
        "中么也书五交以件伤位住体作保停儿先八六关再写几刀分前办动区医午半单又友反只台各同"
        "名告员命哭四地场坐处复外多太头女婆学孩安完定实对局己师常当心情意成户找投换排接提"
        "收料方无早明最月期本机杀条查案次正民气法清火炸烧照爆物现班用睡知社站笑第等管约经"
        "群者药街表被见解警议记讲证诉调跟路跳转边进送通道部长队防院面饭骂高"
    ),
    0.03: (
        "七东举九买于京什从代价份休众传修假做入其养内劝加务助包化印压原双受叫可号司合吓听"
        "吵和啦喊喝因堂墙声备夜失奶如妈委字室导将少居属市帮干平底店度建张录很律快怎怕急房"
        "所护抱拉拍拿持指按搬改政教散数文断新旧映昨服未材板果架标栋校核梯检款止每比油活派"
        "流消满演烟热片牌狗申男留病登白百监目省真破示离租称程空窗答签算红纸线练组结绪网考"
        "联能花茶落血补装视言让评误谁谈谢账贴费赔跑身返退递酒醒重钟钱镇间险陪集音顶预领题"
        "风食鱼鸡"
    ),
    0.02: (
        "万世之些产亲任伯但倒候值傅像具冲决准制剧勿北协卖卡危厂厅取句向吧哈响哪商器园围国"
        "图圈均坏块堵姐姨婚孙守官客宣害封屋岁差幅并广序应座庭引强待志念总息惊愿执批拆掉推"
        "摆支救整斩旁晒暴朋权样格桌档桥桶横歉段毒河注测游漏激灭灯然爸猫玩球瓶疯皮盒直眼票"
        "禁种科穿箱精糖累纪细绝续维绿罚置翻育脚节菜衣角计认讨训诊试询该语课象资赛轮轻连遗"
        "邻配量金铁锁锅闹附降静频饮黑"
    ),
}

_PAIRS: dict[float, str] = {
    0.06: ("一个 业主 了一 今天 你们 信访 大家 孩子 我们 有人 某村 自己 要求 门口"),
    0.03: (
        "一次 一起 三个 下午 下周 不是 两个 个人 个月 了三 二十 什么 今日 今晚 他说 "
        "保安 出来 双方 反映 回来 天台 女儿 她说 好了 学生 家属 家长 小时 就是 工作 "
        "律师 怎么 情绪 我就 我要 投诉 报警 明天 最后 材料 来了 来访 某街 正常 死了 "
        "没事 没有 物业 现在 申请 电话 登记 答复 群众 老人 老板 访人 走了 通知 那个"
    ),
    0.015: (
        "一下 一天 一条 一点 三十 三天 三年 上午 上去 上班 上门 下来 下次 不会 不好 "
        "不用 不能 不行 不要 主任 举报 九点 也要 了两 了半 了我 人员 人在 人家 他们 "
        "代表 会议 作业 值班 儿子 公司 公开 关于 再不 写了 准备 几个 出所 分钟 到了 "
        "到场 到我 北京 医生 医院 十一 十个 十分 十年 危险 原来 去北 去看 发现 吃了 "
        "吃饭 各位 后一 告知 周三 周五 咨询 哈哈 哭了 四十 因为 在门 坏了 处理 多了 "
        "大厅 天天 天来 奶奶 妈妈 媒体 安全 宣传 小区 小孩 小组 已经 师傅 帮我 建议 "
        "当场 得很 心理 志愿 意见 我一 我不 我还 手机 找到 排队 接待 提醒 收到 教育 "
        "时候 昨天 昨晚 晚上 朋友 服务 村民 来电 来的 某镇 核实 楼上 楼下 横幅 死我 "
        "没人 法院 注意 派出 消防 演练 热线 现场 电梯 的人 的是 真系 社区 窗口 第一 "
        "第三 精神 纠纷 给我 群里 老公 老师 联系 能不 自杀 自行 街坊 街道 装修 要去 "
        "视频 警称 记录 访局 诉求 诉讼 说不 说要 请各 调解 谢谢 起来 跳楼 还是 这个 "
        "送了 道歉 邻居 都不 问题 阿姨 阿婆 集体 领导"
    ),
    0.008: (
        "一上 一份 一位 一句 一只 一家 一户 一把 一晚 一片 一百 一遍 三次 三点 三百 "
        "上传 上有 上来 上的 上访 下班 不上 不使 不到 不动 不开 不想 不服 不满 不着 "
        "不给 不见 不让 不走 东西 两小 两年 两百 个大 个女 个小 个案 个老 个说 个钟 "
        "中午 为止 之前 九十 也不 书面 买了 了个 了五 了你 了十 了四 了没 五个 五年 "
        "人不 人伤 人去 人带 人的 人看 人要 人说 今年 他把 他自 他话 以为 以前 以后 "
        "们不 们这 份证 住建 住户 住院 依法 信号 做好 停电 停车 充电 全场 全程 全部 "
        "八十 八点 公告 公示 养老 内容 再来 农药 出去 出院 刀具 别人 别再 别的 到一 "
        "到你 到底 到手 到死 劝离 办理 加班 务对 动手 动车 劳监 十二 十五 十几 十四 "
        "十点 半夜 半年 协调 单位 去世 去了 去省 参加 又来 发商 受理 叫他 叫我 可以 "
        "台门 台风 司机 同事 同学 同意 名字 后来 后生 吓到 听日 吵到 吵架 告到 周一 "
        "周二 周六 周四 周末 和好 售楼 喝了 回去 回复 回家 回收 回访 图片 在外 在楼 "
        "在群 地铁 坐到 坐在 坐着 垃圾 培训 塔吊 声音 复印 复议 外卖 外地 外婆 外省 "
        "外面 大堂 女主 奶茶 好多 好的 如何 妹妹 委会 子上 子在 子说 孙子 学校 安排 "
        "安检 完就 完自 官司 实为 家别 家庭 家都 家里 对方 对象 就去 屋企 工人 工友 "
        "工地 工资 差点 已上 已告 已报 市场 带了 干净 干部 年了 年前 年的 广场 应急 "
        "开了 开发 开始 异常 当年 得太 得好 得我 心里 快递 恢复 患者 情况 想不 想死 "
        "想法 愿者 我也 我了 我在 我妈 我已 我心 我想 我把 我死 我爸 我的 我真 我说 "
        "我跟 我都 房东 手指 手术 打了 打到 打印 打架 打死 打电 执行 扬言 把我 抑动 "
        "护士 报了 报告 报有 抱着 拍照 持刀 按时 换了 接访 支持 政府 政策 散了 旁边 "
        "无人 时间 明早 是不 是去 是我 是那 最高 有个 有没 未发 本周 杀人 村委 村里 "
        "来一 来是 来看 来问 极端 某社 标题 核查 桥上 楼盘 楼道 楼部 楼顶 死人 死你 "
        "死在 死都 每天 比赛 民警 气得 水果 求公 求助 汽油 没电 法律 活动 流程 清楚 "
        "游戏 满意 激动 炸了 点半 点开 烧了 然后 煤气 照片 照顾 燃气 爆了 爆炸 爆破 "
        "爸爸 独居 玻璃 生日 生说 电动 电视 男子 疏散 疯了 病人 的事 的手 的老 的那 "
        "的阿 监控 直播 省里 看了 看到 真的 着火 睡不 睡了 知道 社保 社工 禁止 离婚 "
        "离开 秩序 稳定 空调 突然 立案 站在 笑了 第二 签名 签字 算了 管理 糖水 约了 "
        "约谈 纪委 细路 经理 结婚 结果 结案 给他 给她 继续 绪激 维权 网上 网格 老命 "
        "老婆 联名 自伤 自带 血压 行了 行政 衣服 补偿 表示 要命 要把 要死 视台 解决 "
        "警人 让他 记得 讲到 讲完 评估 话要 误会 说下 说你 说我 说明 说是 说法 说的 "
        "说自 说这 说那 请了 请人 请假 请勿 请大 请我 请转 负责 账目 贴了 贴在 走的 "
        "走访 起诉 跟我 路上 身份 车主 转介 转发 轻生 边个 过了 过年 过来 还我 还有 "
        "还没 还要 这是 这样 这种 进门 退休 送医 道具 遗嘱 那几 那句 那条 部分 部门 "
        "都是 都笑 酒精 里有 重复 重点 鉴定 钓鱼 钥匙 长者 阿伯 阿公 隔壁 项目 预约 "
        "风险 食堂 骂了 骂人 骂我 高兴 高铁 鱼塘 鸡蛋"
    ),
}


class _Rates(dict[str, float]):
    """The rate of each character and pair; what was not counted is estimated once."""

    def __missing__(self, one: str) -> float:
        if len(one) == 1:
            rate = _OTHER if one.isascii() else _SELDOM_A_CHARACTER
        else:
            by_chance = self[one[0]] * self[one[1]]
            rate = min(_MOST_A_PAIR, _SELDOM_A_PAIR + by_chance / 10)
        self[one] = rate
        return rate


_RATES = _Rates(
    {one: rate for rate, ones in _CHARACTERS.items() for one in ones}
    | {pair: rate for rate, pairs in _PAIRS.items() for pair in pairs.split()}
)


@functools.lru_cache(_KEPT_WORDS)
def rate(word: str) -> float:
    """Return in what share of everyday reports the word stands, by a rough estimate."""
    more = len(word) - 2
    if more <= 0:
        return _RATES[word]
    return min(_pairs(word)) / float(_EACH_MORE**more)


def rarest(word: str, length: int) -> tuple[int, float]:
    """Return where the rarest piece of so many characters begins in ``word``, and its rate.

    The first of several; a word that is not longer is its own piece.
    """
    if len(word) <= length:
        return 0, rate(word)
    pairs = _pairs(word)
    least = min(pairs)
    return max(0, pairs.index(least) - length + 2), least / float(_EACH_MORE ** (length - 2))


def _pairs(word: str) -> list[float]:
    return [_RATES[word[at : at + 2]] for at in range(len(word) - 1)]
