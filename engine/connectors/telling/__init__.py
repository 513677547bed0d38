"""Telling people outside: mail by SMTP, and robots in the groups of WeCom, DingTalk and Feishu."""
