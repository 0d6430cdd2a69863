package dev.meshlog.infra.node;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.streams.query.Follower;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Hands on what operators ask for in {@code radio.key-pushes}, from the moment it was opened. What was asked before that was asked of another process. */
final class KeyRequestFeed implements AutoCloseable {
    private final Consumer<KeyPush> listener;
    private final Follower follower;

    private KeyRequestFeed(Cluster cluster, Consumer<KeyPush> listener) {
        this.listener = listener;
        this.follower = Follower.fromEnd(
                cluster, List.of(Topics.KEY_PUSHES), "requests for keys", "meshlog-key-requests", this::take);
    }

    static KeyRequestFeed open(Cluster cluster, Consumer<KeyPush> listener) {
        var feed = new KeyRequestFeed(cluster, listener);
        feed.follower.start();
        return feed;
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        KeyPush push = Topics.KEY_PUSHES.values().deserializer().deserialize(rec.topic(), rec.value());
        if (push.getKind() == KeyPushKind.ASKED) {
            listener.accept(push);
        }
    }

    @Override
    public void close() {
        follower.close();
    }
}
