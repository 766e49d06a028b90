"""What the course knows of each exercise that was begun with `autograder new`."""
