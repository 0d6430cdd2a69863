package dev.meshlog.ingest.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.reactivex.disposables.Disposable;
import io.reactivex.schedulers.Schedulers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a broker. What arrives is handed over in one thread; the client's own thread waits, and with it the socket, while
 * {@value #UNDER_WAY} bytes are under way: that bounds the memory whatever the broker sends.
 *
 * <p>MQTT's own means for that, a receive maximum below the highest one, is not used. Mosquitto 2.0 with {@code max_inflight_messages 0} sends
 * more than it when a session goes on, which the client has to answer by ending the connection, each time.
 */
final class MqttSession {
    /** Bytes. What is longer stays with the broker; up to here it becomes a dead letter that shows who sends such things. */
    private static final int MAX_PACKET = 2 << 20;

    private static final int UNDER_WAY = 8 << 20;
    /** What a message takes beside its topic and payload, about. */
    private static final int OVERHEAD = 1024;

    private static final int BATCH = 512;
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final MqttOptions options;
    private final Mqtt5AsyncClient client;
    private final Disposable subscription;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final BlockingQueue<Mqtt5Publish> arrived = new LinkedBlockingQueue<>();
    private final CompletableFuture<Trouble> ended = new CompletableFuture<>();

    MqttSession(String link, MqttOptions options) throws IOException, GeneralSecurityException {
        this.options = options;
        var transport = MqttClientTransportConfig.builder()
                .serverHost(options.host())
                .serverPort(options.port())
                .socketConnectTimeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
        if (options.tls().isPresent()) {
            transport = transport.sslConfig(options.tls().get().read());
        }
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(options.clientId())
                .transportConfig(transport.build())
                .executorConfig()
                .nettyExecutor(task -> startDaemon(task, "mqtt-" + link))
                .nettyThreads(1)
                // Nothing stands between the socket and the queue: what waits anywhere else would not be counted.
                .applicationScheduler(Schedulers.trampoline())
                .applyExecutorConfig()
                .addDisconnectedListener(end -> {
                    if (end.getSource() != MqttDisconnectSource.USER) {
                        ended.complete(Troubles.of(end.getCause()));
                    }
                })
                .buildAsync();
        subscription = client.toRx()
                .publishes(MqttGlobalPublishFilter.ALL, true)
                .subscribe(this::arrived, end -> ended.complete(Troubles.of(end)));
    }

    private static void startDaemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** In the client's thread. */
    private void arrived(Mqtt5Publish publish) {
        try {
            room.acquire(cost(publish));
            arrived.add(publish);
        } catch (InterruptedException e) {
            // The client ends; what is not acknowledged comes again.
            Thread.currentThread().interrupt();
        }
    }

    private static int cost(Mqtt5Publish publish) {
        int payload = publish.getPayload().map(ByteBuffer::remaining).orElse(0);
        return Math.min(UNDER_WAY, OVERHEAD + publish.getTopic().toString().length() * 2 + payload);
    }

    /** Takes what has arrived: until it is taken, nothing behind it is read from the socket, answers included. */
    @FunctionalInterface
    interface Taking {
        void step() throws InterruptedException;
    }

    /**
     * Connects and subscribes. A session that goes on may have a lot to tell before the broker answers.
     *
     * @param stale topics that the session may hold and nobody wants any more
     * @param closing ends the wait
     * @param meanwhile called again and again; it waits a little when there is nothing
     * @return what the broker said
     * @throws TroubleException when there is no connection, or no wish for one any more
     */
    Map<String, String> connect(Collection<String> stale, CompletableFuture<Void> closing, Taking meanwhile)
            throws TroubleException, IOException, InterruptedException {
        CompletableFuture<Mqtt5ConnAck> connecting = client.connect(connect());
        Mqtt5ConnAck answer = await(connecting, closing, meanwhile);
        // Also with a session: it may be one of an older configuration.
        Mqtt5SubAck granted = await(
                client.subscribe(Mqtt5Subscribe.builder()
                        .addSubscriptions(subscriptions())
                        .build()),
                closing,
                meanwhile);
        if (!stale.isEmpty()) {
            await(
                    client.unsubscribe(Mqtt5Unsubscribe.builder()
                            .addTopicFilters(
                                    stale.stream().map(MqttTopicFilter::of).toList())
                            .build()),
                    closing,
                    meanwhile);
        }
        return facts(answer, granted);
    }

    private Mqtt5Connect connect() throws IOException {
        var connect = Mqtt5Connect.builder()
                .cleanStart(false)
                .sessionExpiryInterval(options.sessionExpiry().toSeconds())
                .keepAlive((int) options.keepAlive().toSeconds())
                .restrictions()
                .maximumPacketSize(MAX_PACKET)
                .applyRestrictions();
        if (options.login().isPresent()) {
            MqttOptions.Login login = options.login().get();
            byte[] password = login.password().read().getBytes(StandardCharsets.UTF_8);
            connect = connect.simpleAuth()
                    .username(login.user())
                    .password(password)
                    .applySimpleAuth();
        }
        return connect.build();
    }

    private List<Mqtt5Subscription> subscriptions() {
        return options.topics().stream()
                .map(topic -> Mqtt5Subscription.builder()
                        .topicFilter(topic)
                        .qos(Objects.requireNonNull(MqttQos.fromCode(options.qos())))
                        .retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                        .build())
                .toList();
    }

    private Map<String, String> facts(Mqtt5ConnAck answer, Mqtt5SubAck granted) {
        var facts = new TreeMap<String, String>();
        facts.put("broker", options.place());
        facts.put("protocol", "MQTT 5");
        facts.put("clientId", options.clientId());
        facts.put("sessionPresent", Boolean.toString(answer.isSessionPresent()));
        facts.put(
                "sessionExpirySeconds",
                Long.toString(answer.getSessionExpiryInterval()
                        .orElse(options.sessionExpiry().toSeconds())));
        for (int i = 0; i < options.topics().size(); i++) {
            facts.put(
                    "topic " + options.topics().get(i),
                    granted.getReasonCodes().get(i).name());
        }
        return facts;
    }

    private <T> T await(CompletableFuture<T> answer, CompletableFuture<Void> closing, Taking meanwhile)
            throws TroubleException, InterruptedException {
        long began = System.nanoTime();
        while (!answer.isDone()) {
            if (ended.isDone()) {
                throw new TroubleException(ended.join());
            }
            if (closing.isDone()) {
                throw new TroubleException(new Trouble(Trouble.Kind.PASSING, "the link was closed meanwhile"));
            }
            if (System.nanoTime() - began > ANSWER.toNanos()) {
                throw new TroubleException(new Trouble(
                        Trouble.Kind.PASSING, "the broker did not answer within " + ANSWER.toSeconds() + " s"));
            }
            meanwhile.step();
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw new TroubleException(Troubles.of(e.getCause()));
        }
    }

    /** Why the connection is over; empty while it is not. */
    Optional<Trouble> end() {
        return ended.isDone() ? Optional.of(ended.join()) : Optional.empty();
    }

    /** What has arrived: waits for a first one, but not longer than {@code most}. */
    List<Mqtt5Publish> take(Duration most) throws InterruptedException {
        var batch = new ArrayList<Mqtt5Publish>();
        Mqtt5Publish first = arrived.poll(most.toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
            batch.add(first);
            arrived.drainTo(batch, BATCH - 1);
        }
        return batch;
    }

    /** The broker need not send these again. */
    void done(List<Mqtt5Publish> batch) {
        for (Mqtt5Publish publish : batch) {
            publish.acknowledge();
            room.release(cost(publish));
        }
    }

    /** Asks the broker to end the connection, not the session. Complete when nothing more arrives; that takes a second at most. */
    CompletableFuture<Void> disconnect() {
        return client.disconnect()
                .completeOnTimeout(null, GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(notConnected -> null);
    }

    /** Gives back what it holds. */
    void close() {
        subscription.dispose();
    }
}
