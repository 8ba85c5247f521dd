"""Loop of the viewer: window, events and commands in; picture and panel out."""
