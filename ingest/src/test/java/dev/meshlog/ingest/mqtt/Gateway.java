package dev.meshlog.ingest.mqtt;

import com.google.protobuf.ByteString;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Publishes envelopes as radios with an uplink do. */
final class Gateway implements AutoCloseable {
    private final Mqtt5AsyncClient client;
    private final List<CompletableFuture<Mqtt5PublishResult>> pending = new ArrayList<>();

    Gateway(int port) throws Exception {
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("gateway-" + System.nanoTime())
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(100, TimeUnit.MILLISECONDS)
                .maxDelay(1, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.connect().get(60, TimeUnit.SECONDS);
    }

    static byte[] envelope(int from, int id, int gateway) {
        MeshPacket packet = MeshPacket.newBuilder()
                .setFrom(from)
                .setTo(-1)
                .setId(id)
                .setChannel(8)
                .setRxRssi(-50 - gateway % 60)
                .setEncrypted(ByteString.copyFrom(new byte[60]))
                .build();
        return ServiceEnvelope.newBuilder()
                .setPacket(packet)
                .setChannelId(ByteString.copyFromUtf8("LongFast"))
                .setGatewayId(ByteString.copyFromUtf8(NodeNumber.text(gateway)))
                .build()
                .toByteArray();
    }

    static String topic(int gateway) {
        return "msh/EU_868/2/e/LongFast/" + NodeNumber.text(gateway);
    }

    void send(String topic, byte[] payload, MqttQos qos, boolean retain) {
        pending.add(client.publishWith()
                .topic(topic)
                .payload(payload)
                .qos(qos)
                .retain(retain)
                .send());
    }

    /** Waits until the broker has acknowledged everything. */
    void awaitSent() throws Exception {
        CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
        pending.clear();
    }

    /** Packets of these ids, each acknowledged by the broker when this returns. */
    void sendIds(int from, int to) throws Exception {
        for (int id = from; id < to; id++) {
            send(topic(1 + id % 200), envelope(1 + id % 250, id, 1 + id % 200), MqttQos.AT_LEAST_ONCE, false);
        }
        awaitSent();
    }

    @Override
    public void close() {
        client.disconnect().exceptionally(gone -> null).join();
    }
}
