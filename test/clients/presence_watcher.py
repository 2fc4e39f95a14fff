"""Runs `presence_program.py`, word for word a program that people use, against a broker: `presence_watcher.py PORT`.

The program names port 1883; here another is put in its place, what it leaves out (the import, what to do with a
message) is added, and each message is written as a line of JSON.
"""

import json
import pathlib
import re
import sys
import threading

import paho.mqtt.client as mqtt

PORT = int(sys.argv[1])
connect, loop_start = mqtt.Client.connect, mqtt.Client.loop_start


def on_message(_client, _userdata, message):
    matches = re.match(r"^\$SYS\/brokers\/.*\/clients\/.*\/(dis)?connected", message.topic) is not None
    shown = {"topic": message.topic, "matches": matches, "qos": message.qos, "retain": bool(message.retain)}
    print(json.dumps({**shown, "text": message.payload.decode()}), flush=True)


def connect_elsewhere(self, host, port, *rest):
    return connect(self, host, PORT if port == 1883 else port, *rest)


def listen_and_loop(self):
    self.on_message = on_message
    return loop_start(self)


mqtt.Client.connect, mqtt.Client.loop_start = connect_elsewhere, listen_and_loop
program = pathlib.Path(__file__).with_name("presence_program.py").read_text(encoding="utf-8")
exec(compile(program, "presence_program.py", "exec"), {"mqtt": mqtt})
threading.Event().wait(60)
