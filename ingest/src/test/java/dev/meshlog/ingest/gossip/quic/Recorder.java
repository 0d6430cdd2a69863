package dev.meshlog.ingest.gossip.quic;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** Keeps what a node is told, and answers as it is set to. */
final class Recorder implements PeerEvents {
    final BlockingQueue<Peer> connected = new LinkedBlockingQueue<>();
    final BlockingQueue<SpecificRecordBase> pushed = new LinkedBlockingQueue<>();
    final BlockingQueue<PeerRefusal> disconnected = new LinkedBlockingQueue<>();
    final List<SpecificRecordBase> asked = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> untaken = new ArrayDeque<>();
    volatile @Nullable PeerRefusal refusal;
    volatile boolean takes = true;
    volatile Predicate<PeerInfo> preferred = peer -> false;
    volatile Answering answering = (question, answer) -> {};

    /** What is answered. */
    interface Answering {
        void answer(SpecificRecordBase question, Answer answer) throws Exception;
    }

    @Override
    public Optional<PeerRefusal> admit(PeerInfo peer) {
        return Optional.ofNullable(refusal);
    }

    @Override
    public void connected(Peer peer) {
        connected.add(peer);
    }

    @Override
    public synchronized void pushed(Peer peer, SpecificRecordBase message, Runnable taken) {
        pushed.add(message);
        if (takes) {
            taken.run();
        } else {
            untaken.add(taken);
        }
    }

    synchronized void takeAll() {
        takes = true;
        while (!untaken.isEmpty()) {
            untaken.remove().run();
        }
    }

    @Override
    public boolean isPreferred(PeerInfo peer) {
        return preferred.test(peer);
    }

    @Override
    public void asked(Peer peer, SpecificRecordBase question, Answer answer) throws Exception {
        asked.add(question);
        answering.answer(question, answer);
    }

    @Override
    public void disconnected(Peer peer, PeerRefusal why) {
        disconnected.add(why);
    }
}
