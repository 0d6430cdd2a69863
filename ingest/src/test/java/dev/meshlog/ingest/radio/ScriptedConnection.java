package dev.meshlog.ingest.radio;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;

/** A radio without threads: time passes only while it is waited for. */
final class ScriptedConnection implements RadioConnection {
    final List<ToRadio> heard = new ArrayList<>();
    private final Deque<byte[]> ready = new ArrayDeque<>();
    private final Function<ToRadio, List<FromRadio>> answers;
    private final NavigableMap<Long, byte[]> later = new TreeMap<>();
    private long nanos;

    ScriptedConnection(Function<ToRadio, List<FromRadio>> answers) {
        this.answers = answers;
    }

    long nanos() {
        return nanos;
    }

    /** Bytes that come at a time; none: the radio closes then. */
    ScriptedConnection at(Duration when, byte[] bytes) {
        later.put(when.toNanos(), bytes);
        return this;
    }

    @Override
    public int read(byte[] into, Duration most) {
        if (ready.isEmpty()) {
            Map.Entry<Long, byte[]> first = later.firstEntry();
            if (first != null && first.getKey() <= nanos + most.toNanos()) {
                nanos = Math.max(nanos, first.getKey());
                ready.add(first.getValue());
                later.remove(first.getKey());
            }
        }
        byte[] next = ready.poll();
        if (next == null) {
            nanos += most.toNanos();
            return 0;
        }
        if (next.length == 0) {
            return -1;
        }
        int length = Math.min(next.length, into.length);
        System.arraycopy(next, 0, into, 0, length);
        if (length < next.length) {
            ready.addFirst(Arrays.copyOfRange(next, length, next.length));
        }
        return length;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        try {
            ToRadio said = ToRadio.parseFrom(Arrays.copyOfRange(bytes, 4, bytes.length));
            heard.add(said);
            byte[] answer = RadioScript.frames(answers.apply(said));
            if (answer.length > 0) {
                ready.add(answer);
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("not a message to a radio", e);
        }
    }

    @Override
    public void close() {}
}
