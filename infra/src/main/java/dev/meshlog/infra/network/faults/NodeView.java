package dev.meshlog.infra.network.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.RejectedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node tells whoever asks: over HTTP how far it is, in its topics the rest. */
record NodeView(NodeProcess node) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PHASE =
            Pattern.compile("(?m)^meshlog_gossip_join_phase\\{[^}]*phase=\"([a-z]+)\"[^}]*} 1(?:\\.0)?$");

    /** Its newest commit; −1 when it does not answer. */
    long commit() throws InterruptedException {
        Optional<String> answer = node.get("/commits/newest");
        if (answer.isEmpty()) {
            return -1;
        }
        try {
            return JSON.readTree(answer.get()).path("index").asLong(-1);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(node.name() + " answers " + answer.get(), e);
        }
    }

    /** How far it is with joining; empty when it does not tell. */
    Optional<JoinPhase> joinPhase() throws InterruptedException {
        Matcher found = PHASE.matcher(node.get("/metrics").orElse(""));
        return found.find()
                ? Optional.of(JoinPhase.valueOf(found.group(1).toUpperCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** Rounds for which the validator signed twice, as this node found out. */
    List<LedgerEvent> equivocationsOf(Hash producer) {
        List<LedgerEvent> found = new ArrayList<>();
        TopicReader.readAll(node.cluster(), Topics.EVENTS, rec -> {
            if (rec.value().getKind() == LedgerEventKind.EQUIVOCATION
                    && Hash.of(rec.value().getProducer()).equals(producer)) {
                found.add(rec.value());
            }
        });
        return found;
    }

    /** What it refused of vertices that name the producer. */
    List<RejectedInput> rejectedOf(Hash producer) {
        List<RejectedInput> found = new ArrayList<>();
        TopicReader.readAll(node.cluster(), Topics.LEDGER_REJECTED, rec -> {
            if (producer.hex().equals(rec.key())) {
                found.add(rec.value());
            }
        });
        return found;
    }

    /** What became of the peer, as often as it was written down and is still there. */
    List<PeerRecord> recordsOf(Hash peer) {
        List<PeerRecord> found = new ArrayList<>();
        TopicReader.readAll(node.cluster(), Topics.PEERS, rec -> {
            if (peer.hex().equals(rec.key()) && rec.value() != null) {
                found.add(rec.value());
            }
        });
        return found;
    }

    /** How many verified vertices of the producer are in its log, by round. */
    NavigableMap<Long, Integer> verifiedOf(Hash producer) {
        NavigableMap<Long, Integer> counts = new TreeMap<>();
        TopicReader.readAllUndecoded(node.cluster(), Topics.VERIFIED, rec -> {
            if (producer.hex().equals(rec.key())) {
                var vertex = Topics.VERIFIED.values().deserializer().deserialize(rec.topic(), rec.value());
                VertexHeader header = VertexHeader.decode(vertex.getHeader().bytes());
                counts.merge(header.round(), 1, Integer::sum);
            }
        });
        return counts;
    }
}
