package dev.meshlog.ingest.radio;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps everything in memory. */
final class CollectingSink implements LiveSink {
    final List<Received> received = new CopyOnWriteArrayList<>();
    final List<Event> events = new CopyOnWriteArrayList<>();

    record Event(
            LinkEventKind kind, String detail, @Nullable Long ownNode, Map<String, String> facts) {}

    @Override
    public void keep(List<Received> batch) {
        received.addAll(batch);
    }

    @Override
    public boolean offer(List<Received> batch) {
        return received.addAll(batch);
    }

    @Override
    public void report(LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts) {
        events.add(new Event(kind, String.valueOf(detail), ownNode, facts));
    }

    List<LinkEventKind> kinds() {
        return events.stream().map(Event::kind).toList();
    }

    List<Received.Message> messages() {
        return received.stream()
                .filter(Received.Message.class::isInstance)
                .map(Received.Message.class::cast)
                .toList();
    }

    static FromRadio parsed(Received.Message message) {
        try {
            return FromRadio.parseFrom(message.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
