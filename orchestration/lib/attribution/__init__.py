"""Attribution where SQL is the wrong tool: Markov's linear algebra, and explanations in words.

Nothing is imported here: whoever explains a figure does not wait for SciPy.
"""
