"""Scripted sessions that play by themselves, made for a projector.

A script is a YAML file; a run plays it through the engine, as any other session.
"""
