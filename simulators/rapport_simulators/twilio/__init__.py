"""Twilio's programmable messaging: SMS and MMS."""

from rapport_simulators.twilio.settings import TwilioSettings
from rapport_simulators.twilio.simulator import TwilioSimulator

__all__ = ["TwilioSettings", "TwilioSimulator"]
