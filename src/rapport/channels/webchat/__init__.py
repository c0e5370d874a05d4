"""WebChat: the widget's protocol and its visitors' tokens. No I/O."""
