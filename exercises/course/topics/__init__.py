"""What the course knows of each exercise that is not in its core: a module for each, named as the exercise is."""
