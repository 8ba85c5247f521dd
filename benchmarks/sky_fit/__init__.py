"""Fit of Hosek's and Wilkie's daylight model to Mitsuba's `sunsky` emitter."""
