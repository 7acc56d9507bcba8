"""What is asked of both databases at once: do they fit each other?"""
