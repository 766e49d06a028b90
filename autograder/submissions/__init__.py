"""What is handed in, read and never run: from files, folders, zips and notebooks to named texts.

`archive` looks into a hand-in, `sources` and `choice` find which of its texts are meant, `reading` makes one
`submission` of them; `downloads` takes a class apart that comes from an LMS.
"""
