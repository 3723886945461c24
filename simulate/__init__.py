"""A year of load replayed against measured service times: how long flows wait, and how many processes that takes."""
