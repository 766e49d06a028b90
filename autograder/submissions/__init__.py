"""What is handed in, read and never run: from files, folders, zips and notebooks to named texts.

A process of its own reads: `child` starts and asks it, `serving` runs in it. There `archive` looks into a hand-in,
`sources` and `choice` find which of its texts are meant, `reading` makes one `submission` of them, and `tokens` what
look-alikes are told by; `downloads` takes a class apart that comes from an LMS.
"""
