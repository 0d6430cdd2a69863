package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerEvents;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** A node that takes no pushes and answers what it is asked, if it has answers. */
final class AskedNode implements PeerEvents {
    final BlockingQueue<PeerRefusal> disconnected = new LinkedBlockingQueue<>();
    private final @Nullable Answers answers;

    AskedNode(@Nullable Answers answers) {
        this.answers = answers;
    }

    @Override
    public Optional<PeerRefusal> admit(PeerInfo peer) {
        return Optional.empty();
    }

    @Override
    public void connected(Peer peer) {
        // Nothing is pushed.
    }

    @Override
    public void pushed(Peer peer, SpecificRecordBase message, Runnable taken) {
        taken.run();
    }

    @Override
    public boolean isPreferred(PeerInfo peer) {
        return false;
    }

    @Override
    public void asked(Peer peer, SpecificRecordBase question, Answer answer) throws Exception {
        Objects.requireNonNull(answers).answer(question, answer);
    }

    @Override
    public void disconnected(Peer peer, PeerRefusal why) {
        disconnected.add(why);
    }
}
