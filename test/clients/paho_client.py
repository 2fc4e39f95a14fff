"""What paho for Python does with a broker: `paho_client.py PORT VERSION`, VERSION 3, 4 or 5.

It writes one JSON object of what it saw, and ends with 0 when everything came in time.
"""

import json
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])
SECONDS = 10
seen = {}


def new_client(client_id, clean=True):
    arguments = {"client_id": client_id, "protocol": VERSION}
    if VERSION < 5:
        arguments["clean_session"] = clean
    # Since 2.0 the version of the callbacks is chosen; those of before are still there.
    if hasattr(mqtt, "CallbackAPIVersion"):
        arguments["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
    client = mqtt.Client(**arguments)
    client.events = queue.Queue()
    client.on_connect = lambda c, _u, flags, code, *_p: c.events.put(("connect", int_of(code), flags["session present"]))
    client.on_message = lambda c, _u, message: c.events.put(("message", message))
    client.on_subscribe = lambda c, _u, _mid, granted, *_p: c.events.put(("subscribe", [int_of(g) for g in granted]))
    client.on_unsubscribe = lambda c, *_a: c.events.put(("unsubscribe",))
    client.on_publish = lambda c, _u, mid: c.events.put(("publish", mid))
    return client


def int_of(code):
    return getattr(code, "value", code)


def wait(client, kind):
    """The next event of that kind; others that come before it are dropped."""
    while True:
        event = client.events.get(timeout=SECONDS)
        if event[0] == kind:
            return event[1:]


def connect(client, clean=True):
    arguments = {}
    if VERSION == 5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 0 if clean else 300
        arguments = {"clean_start": clean, "properties": properties}
    client.connect("127.0.0.1", PORT, keepalive=30, **arguments)
    client.loop_start()
    return wait(client, "connect")


def end(client):
    client.disconnect()
    client.loop_stop()


def message_properties():
    if VERSION < 5:
        return None
    properties = Properties(PacketTypes.PUBLISH)
    properties.ContentType = "text/plain"
    properties.ResponseTopic = "answers"
    properties.CorrelationData = b"\x00\xff"
    properties.MessageExpiryInterval = 100
    properties.PayloadFormatIndicator = 1
    properties.UserProperty = [("b", "1"), ("a", "2"), ("b", "3")]
    return properties


def shown(message):
    result = [message.topic, message.payload.decode(), message.qos, int(message.retain)]
    if VERSION == 5:
        p = message.properties
        result.append(
            {
                "content": getattr(p, "ContentType", None),
                "response": getattr(p, "ResponseTopic", None),
                "correlation": getattr(p, "CorrelationData", b"").hex(),
                "user": getattr(p, "UserProperty", None),
                "identifiers": getattr(p, "SubscriptionIdentifier", None),
            }
        )
    return result


def messages_of_every_qos():
    receiver, sender = new_client("paho-receiver"), new_client("paho-sender")
    seen["connect"] = connect(receiver)
    connect(sender)
    if VERSION == 5:
        properties = Properties(PacketTypes.SUBSCRIBE)
        properties.SubscriptionIdentifier = 9
        receiver.subscribe("a/#", options=SubscribeOptions(qos=2), properties=properties)
    else:
        receiver.subscribe("a/#", 2)
    seen["granted"] = wait(receiver, "subscribe")[0]
    seen["messages"] = []
    for qos in (0, 1, 2):
        sender.publish("a/b", f"QoS {qos}", qos, properties=message_properties())
        wait(sender, "publish")
        seen["messages"].append(shown(wait(receiver, "message")[0]))
    receiver.unsubscribe("a/#")
    wait(receiver, "unsubscribe")
    sender.publish("big", b"x" * 500_000, 1)
    wait(sender, "publish")
    end(sender)
    end(receiver)


def retained():
    client = new_client("paho-retained")
    connect(client)
    client.publish("kept", "value", 1, retain=True)
    wait(client, "publish")
    client.subscribe("kept", 1)
    seen["retained"] = shown(wait(client, "message")[0])[:4]
    end(client)


def session():
    first = new_client("paho-lasting", clean=False)
    connect(first, clean=False)
    first.subscribe("queue", 2)
    wait(first, "subscribe")
    end(first)
    sender = new_client("paho-filling")
    connect(sender)
    for number in range(50):
        sender.publish("queue", str(number), 2)
    for _ in range(50):
        wait(sender, "publish")
    end(sender)
    second = new_client("paho-lasting", clean=False)
    seen["session present"] = connect(second, clean=False)[1]
    seen["queued"] = [wait(second, "message")[0].payload.decode() for _ in range(50)]
    end(second)


def will():
    watcher = new_client("paho-watcher")
    connect(watcher)
    watcher.subscribe("gone", 1)
    wait(watcher, "subscribe")
    dying = new_client("paho-dying")
    dying.will_set("gone", "bye", 1)
    connect(dying)
    # Without a farewell, as when the machine loses its power.
    dying._sock_close()
    seen["will"] = wait(watcher, "message")[0].payload.decode()
    dying.loop_stop()
    end(watcher)


messages_of_every_qos()
retained()
session()
will()
json.dump(seen, sys.stdout)
print()
