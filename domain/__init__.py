"""What the office talks about: plain values and rules, standard library only.

Refuses: any import of another folder, any input or output, any clock.
"""
