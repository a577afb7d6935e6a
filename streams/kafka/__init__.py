"""Apache Kafka behind one small interface.

`client` says what the engine needs of a Kafka client, `kafka_python` does it with kafka-python 3, `publish` sends a
source of events to a topic. Nothing else in the house imports the client library, so that another can take its place.
"""
