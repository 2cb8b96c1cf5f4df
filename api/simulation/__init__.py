"""A year of the plan in minutes: the product's own engine, worker and commands, with people who act by chance.

Rule: chance is drawn from the seed and from what is acted on, never from the order of events, so that the same seed
gives the same year. It stands in api/, for it puts engine, worker and notifications together as a server does.
"""
