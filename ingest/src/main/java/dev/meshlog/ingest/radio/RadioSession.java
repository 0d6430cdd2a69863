package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.LinkException;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.Heartbeat;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a radio, from the request for its config to the end. Whatever the radio says is handed over before it is looked at.
 * Silence of the mesh is not death of the link: only a heartbeat that gets no byte for an answer is.
 */
final class RadioSession {
    /** How soon closing is noticed. */
    private static final Duration LOOK_UP = Duration.ofMillis(200);

    private static final Duration LEAVE = Duration.ofSeconds(1);

    private static final int NODES_ONLY = 69_421;
    private static final int CHUNK = 64 << 10;

    private final RadioConnection connection;
    private final LiveSink sink;
    private final RadioPort port;
    private final Watch watch;
    private final Timing timing;
    private final Clock clock;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final FrameParser parser = FrameParser.fromRadio(0);
    private final RadioFacts facts = new RadioFacts();
    private long configAsked;
    private int nonce;
    private boolean complete;
    private long lastByte;
    private long lastPacket;
    private @Nullable Long askedAt;
    private boolean silent;
    private volatile boolean closing;

    /** @param watch is asked and told while the session runs, in its thread */
    RadioSession(
            RadioConnection connection,
            LiveSink sink,
            RadioPort port,
            Watch watch,
            Timing timing,
            Clock clock,
            LongSupplier nanos,
            RandomGenerator random) {
        this.connection = connection;
        this.sink = sink;
        this.port = port;
        this.watch = watch;
        this.timing = timing;
        this.clock = clock;
        this.nanos = nanos;
        this.random = random;
    }

    /** What knows more than one session. */
    interface Watch {
        /**
         * The radio has said who it is.
         *
         * @throws LinkException when this link must not have it
         */
        void identified(RadioFacts radio) throws LinkException;

        /** Its config is complete. */
        void connected(RadioFacts radio);

        /** It has started anew without the connection ending. */
        void rebooted(RadioFacts radio);
    }

    /** Why a session ended. */
    enum End {
        CLOSED_BY_US,
        CLOSED_BY_RADIO,
        NO_ANSWER
    }

    /** @throws IOException when the connection broke; what came before is handed over */
    End run() throws IOException, LinkException, InterruptedException {
        byte[] chunk = new byte[CHUNK];
        lastByte = nanos.getAsLong();
        lastPacket = lastByte;
        try {
            askForConfig();
            while (true) {
                if (closing) {
                    takeLeave(chunk);
                    return End.CLOSED_BY_US;
                }
                int read = connection.read(chunk, LOOK_UP);
                if (read < 0) {
                    return closing ? End.CLOSED_BY_US : End.CLOSED_BY_RADIO;
                }
                if (read > 0) {
                    lastByte = nanos.getAsLong();
                    askedAt = null;
                    take(parser.feed(chunk, 0, read));
                } else if (isDead()) {
                    return End.NO_ANSWER;
                }
                noticeSilence();
                port.tick();
            }
        } finally {
            try {
                take(parser.end());
            } finally {
                port.ended();
            }
        }
    }

    /** What is already on its way is still received. */
    private void takeLeave(byte[] chunk) throws IOException, LinkException, InterruptedException {
        say(ToRadio.newBuilder().setDisconnect(true));
        long began = nanos.getAsLong();
        int read = 1;
        while (read > 0 && nanos.getAsLong() - began < LEAVE.toNanos()) {
            read = connection.read(chunk, LOOK_UP);
            if (read > 0) {
                take(parser.feed(chunk, 0, read));
            }
        }
    }

    /** Any thread may call it. */
    void close() {
        closing = true;
    }

    boolean isComplete() {
        return complete;
    }

    private boolean isDead() throws IOException, LinkException, InterruptedException {
        long now = nanos.getAsLong();
        if (askedAt != null) {
            return now - askedAt >= timing.answer().toNanos();
        }
        if (now - lastByte >= timing.heartbeat().toNanos()) {
            // Nobody pauses so long inside a frame: what looks like the beginning of one is noise.
            take(parser.end());
            // Not nonce 1: that makes the radio send its NODEINFO to everybody.
            say(ToRadio.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
            askedAt = now;
        }
        return false;
    }

    private void noticeSilence() {
        Duration quiet = Duration.ofNanos(nanos.getAsLong() - lastPacket);
        if (complete && !silent && quiet.compareTo(timing.silent()) >= 0) {
            silent = true;
            sink.report(
                    LinkEventKind.SILENT,
                    "the radio answers, but no packet came for " + quiet.toSeconds() + " s",
                    facts.node(),
                    facts.asMap());
        }
    }

    private void take(List<FramePiece> pieces) throws IOException, LinkException, InterruptedException {
        if (pieces.isEmpty()) {
            return;
        }
        var batch = new ArrayList<Received>(pieces.size());
        var frames = new ArrayList<FramePiece.Frame>(pieces.size());
        for (FramePiece piece : pieces) {
            if (piece instanceof FramePiece.Frame frame) {
                FromRadio message = message(frame);
                frames.add(frame);
                batch.add(Received.Message.ofRadio(frame.payload(), null, isReplayed(message)));
                complete |= isOurCompletion(message);
            } else {
                batch.add(Received.Refused.of((FramePiece.Skipped) piece, null));
            }
        }
        sink.keep(batch);
        for (FramePiece.Frame frame : frames) {
            learn(message(frame), frame.payload());
        }
    }

    private boolean isReplayed(FromRadio message) {
        Long own = facts.node();
        return complete
                && own != null
                && message.hasPacket()
                && Replays.contains(message.getPacket(), own, configAsked);
    }

    private boolean isOurCompletion(FromRadio message) {
        return message.hasConfigCompleteId() && message.getConfigCompleteId() == nonce;
    }

    private void learn(FromRadio message, ByteString payload) throws IOException, LinkException, InterruptedException {
        port.received(message, payload);
        switch (message.getPayloadVariantCase()) {
            case MY_INFO -> {
                facts.learn(message.getMyInfo());
                watch.identified(facts);
            }
            case METADATA -> facts.learn(message.getMetadata());
            case CONFIG_COMPLETE_ID -> {
                if (isOurCompletion(message)) {
                    watch.connected(facts);
                    Long node = facts.node();
                    if (node != null) {
                        port.complete(node);
                    }
                }
            }
            case PACKET -> {
                lastPacket = nanos.getAsLong();
                if (silent) {
                    silent = false;
                    sink.report(LinkEventKind.HEARD_AGAIN, null, facts.node(), facts.asMap());
                }
            }
            case REBOOTED -> {
                watch.rebooted(facts);
                port.ended();
                complete = false;
                askForConfig();
            }
            default -> {
                // Kept, and of no interest to the connection.
            }
        }
    }

    private void askForConfig() throws IOException {
        do {
            nonce = random.nextInt();
        } while (nonce == 0 || (nonce >= NODES_ONLY - 1 && nonce <= NODES_ONLY));
        configAsked = clock.instant().getEpochSecond();
        port.began(message -> write(message.toByteArray()));
        say(ToRadio.newBuilder().setWantConfigId(nonce));
    }

    private void say(ToRadio.Builder message) throws IOException {
        write(message.build().toByteArray());
    }

    /** Any thread may call it: a frame is written whole. */
    private void write(byte[] payload) throws IOException {
        if (payload.length > FrameParser.MAX_PAYLOAD) {
            throw new IOException("a frame of " + payload.length + " bytes is longer than a radio takes");
        }
        byte[] frame = ByteBuffer.allocate(4 + payload.length)
                .putShort((short) 0x94C3)
                .putShort((short) payload.length)
                .put(payload)
                .array();
        connection.write(frame);
    }

    private static FromRadio message(FramePiece.Frame frame) {
        return Objects.requireNonNull(frame.message(), "a parser for this direction");
    }
}
