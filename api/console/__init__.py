"""The console: pages made on the server, in Chinese and English, without any script.

`words` holds what the pages say, `formats` how times and amounts are written, `drawing` the geometry of graph and
timeline, `pages` the templates.
"""
