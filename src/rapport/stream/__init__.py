"""The live stream: tails the event log by position and fans out to the sockets concerned."""
