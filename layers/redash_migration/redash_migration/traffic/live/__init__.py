"""With users and workers on the new home: is every queue served, does the scheduler beat?"""
