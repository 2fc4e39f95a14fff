def on_connect(client, userdata, flags, rc):
    pass


def on_message(client, userdata, msg: mqtt.MQTTMessage):
    pass


mqtt_server = "127.0.0.1"
client = mqtt.Client("surveillance_client")
client.username_pw_set("admin", "aoto@123")
client.on_connect = on_connect
client.on_message = on_message
client.connect(mqtt_server, 1883, 600)
client.subscribe('surveillance', qos=0)
client.subscribe(r"$SYS/brokers/+/clients/#", qos=0)
client.loop_start()
