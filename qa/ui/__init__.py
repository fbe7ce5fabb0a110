"""What the terminal app is made of: one small widget or screen a file, and the stylesheet.

Nothing here knows the app (``tui.py``): widgets get records from :mod:`qa.types`, show
them, and send messages. Text from documents goes through :func:`qa.text.printable` and
:class:`textual.content.Content`, so that none of it is ever markup or a control sequence.
"""
