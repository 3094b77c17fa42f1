"""Every order of events in a small world, breadth first, and what breaks a promise on the way.

`scenes` say where stories begin and what can come; `merging` says which worlds are one; `search`
goes through them; `story` prints one as a transcript.
"""
