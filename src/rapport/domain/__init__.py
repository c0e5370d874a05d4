"""The rules of a contact centre: states, transitions as data, capabilities.

Pure: no I/O, no async, no clock, no logging. Time, ids and configuration are parameters.
`decide` turns a situation and a command into events; `evolve` applies events to state.
"""
