package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.KeyClaim;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KnownKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens to the keys of one node, a second after the other. */
final class KeyStory {
    static final long NODE = 7;

    final List<KeyEvent> events = new ArrayList<>();
    final List<Bytes32> forgotten = new ArrayList<>();
    private final Set<Long> packets = new HashSet<>();
    private final KeyTable table;
    private @Nullable KeyFacts facts;

    KeyStory() {
        this(8);
    }

    KeyStory(int newKeysPerHour) {
        this.table = new KeyTable(LowEntropyKeys.load(), newKeysPerHour);
    }

    KeyStory see(long second, ByteString key) {
        return see(second, key, KeySource.PACKET_RADIO, false);
    }

    KeyStory see(long second, ByteString key, KeySource source, boolean verified) {
        return keep(
                table.see(node(), new KeyTable.Sighting(key, source, at(second), evidence(second), verified, false)));
    }

    /** A sighting that stands in the partition of its link. */
    KeyStory seeOver(int partition, long second, ByteString key, KeySource source) {
        return keep(table.see(node(), sighting(partition, second, key, source)));
    }

    /** The same packet as one that was seen. */
    KeyStory repeated(int partition, long second, ByteString key, KeySource source) {
        return keep(table.repeated(node(), sighting(partition, second, key, source)));
    }

    /** A packet that comes over several links. */
    KeyStory receive(long packet, int partition, long second, ByteString key, KeySource source) {
        return packets.add(packet) ? seeOver(partition, second, key, source) : repeated(partition, second, key, source);
    }

    private static KeyTable.Sighting sighting(int partition, long second, ByteString key, KeySource source) {
        var place = new RecordPosition("radio.frames", partition, second);
        return new KeyTable.Sighting(key, source, at(second), place, false, false);
    }

    KeyStory decide(long second, KeyDecisionKind kind, ByteString key, @Nullable ByteString replaces) {
        var decision = new KeyDecision(
                "net", NODE, kind, bytes(key), replaces == null ? null : bytes(replaces), "ann", null, at(second));
        return keep(table.decide(node(), decision, new RecordPosition("radio.key-decisions", 0, second)));
    }

    KeyStory claimed(long second, ByteString key, long owner) {
        return keep(table.claimed(node(), new KeyClaim(bytes(key), owner), at(second), evidence(second)));
    }

    KeyStory needed(long second, String why) {
        return keep(table.needed(node(), why, at(second), evidence(second)));
    }

    private KeyStory keep(KeyTable.Step step) {
        facts = step.facts();
        events.addAll(step.events());
        if (step.forgotten() != null) {
            forgotten.add(step.forgotten());
        }
        return this;
    }

    private KeyTable.Node node() {
        return new KeyTable.Node("net", NODE, facts);
    }

    @Nullable PublicKeyEntry entryOrNull() {
        return KeyEntries.of(facts);
    }

    PublicKeyEntry entry() {
        return Objects.requireNonNull(entryOrNull());
    }

    Set<KnownKey> keys() {
        return facts == null ? Set.of() : Set.copyOf(facts.getKeys());
    }

    int keysKept() {
        return facts == null ? 0 : facts.getKeys().size();
    }

    List<KeyEventKind> kinds() {
        return events.stream().map(KeyEvent::getKind).toList();
    }

    static Instant at(long second) {
        return Instant.ofEpochSecond(second);
    }

    private static RecordPosition evidence(long second) {
        return new RecordPosition("radio.frames", 0, second);
    }

    static Bytes32 bytes(ByteString key) {
        return new Bytes32(key.toByteArray());
    }

    static ByteString key(int seed) {
        byte[] key = new byte[32];
        key[0] = (byte) seed;
        key[31] = 1;
        return ByteString.copyFrom(key);
    }
}
