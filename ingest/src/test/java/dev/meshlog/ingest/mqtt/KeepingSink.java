package dev.meshlog.ingest.mqtt;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A spool in memory. */
final class KeepingSink implements LiveSink {
    record Event(LinkEventKind kind, @Nullable String detail, Map<String, String> facts) {}

    private final List<Received> kept = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, String> notes = new HashMap<>();
    private final Semaphore gate = new Semaphore(1);
    private volatile boolean full;
    private int refused;

    /** Until {@link #goOn} it takes nothing. */
    void hold() throws InterruptedException {
        full = true;
        gate.acquire();
    }

    void goOn() {
        full = false;
        gate.release();
    }

    @Override
    public void keep(List<Received> batch) throws InterruptedException {
        gate.acquire();
        try {
            add(batch);
        } finally {
            gate.release();
        }
    }

    @Override
    public boolean offer(List<Received> batch) {
        if (full) {
            synchronized (this) {
                refused += batch.size();
            }
            return false;
        }
        add(batch);
        return true;
    }

    private synchronized void add(List<Received> batch) {
        kept.addAll(batch);
    }

    @Override
    public synchronized void report(
            LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts) {
        events.add(new Event(kind, detail, facts));
    }

    @Override
    public synchronized void note(String fact, String value) {
        notes.put(fact, value);
    }

    synchronized Map<String, String> notes() {
        return Map.copyOf(notes);
    }

    synchronized List<Received> received() {
        return List.copyOf(kept);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized int refused() {
        return refused;
    }

    List<Event> events(LinkEventKind kind) {
        return events().stream().filter(event -> event.kind() == kind).toList();
    }

    List<Received.Message> messages() {
        return received().stream()
                .filter(Received.Message.class::isInstance)
                .map(Received.Message.class::cast)
                .toList();
    }

    Set<Integer> ids() {
        var ids = new TreeSet<Integer>();
        for (Received.Message message : messages()) {
            try {
                ids.add(ServiceEnvelope.parseFrom(message.payload()).getPacket().getId());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }
        return ids;
    }
}
