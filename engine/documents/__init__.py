"""Administrative documents in the layout of Nghị định 30/2020/NĐ-CP: what they consist of, and how they are set.

Rule: pure. What is issued is content as JSON; the same content gives the same file, byte for byte.
"""
