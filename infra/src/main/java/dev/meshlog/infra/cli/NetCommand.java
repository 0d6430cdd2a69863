package dev.meshlog.infra.cli;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.PeerState;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "net",
        mixinStandardHelpOptions = true,
        description = {
            "The node among the nodes of its ledger's network.",
            "Both commands read topics, whether a Meshlog runs or not."
        },
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class NetCommand {
    /** A connected peer's record is written anew every ten seconds; an older one was left behind by a node that stopped. */
    private static final Duration FRESH = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    private final Clock clock = Clock.systemUTC();

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "How far this node is, and how far its peers say they are.")
    int status(@Mixin CommonOptions options) {
        Instant now = clock.instant();
        List<PeerRecord> connected = read(options).values().stream()
                .filter(peer -> isConnected(peer, now))
                .toList();
        Map<String, Object> status = LedgerStatus.read(options);
        long listeners = connected.stream().filter(PeerRecord::getListener).count();
        status.put("validators", connected.size() - listeners);
        status.put("listeners", listeners);
        connected.stream()
                .map(PeerRecord::getCommitIndex)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .ifPresent(furthest -> status.put("furthestPeer", furthest));
        PrintWriter out = spec.commandLine().getOut();
        if (options.json) {
            out.println(CommonOptions.toJson(status));
        } else {
            status.forEach((name, value) -> out.printf("%-18s %s%n", name, value));
        }
        out.flush();
        return 0;
    }

    @Command(
            name = "peers",
            mixinStandardHelpOptions = true,
            description = {
                "Peers that are connected, that have gone, and that can't be reached, with the reason.",
                "IN counts the vertices that came from it, DUPLICATE and BAD those of them that were known or refused; OUT those that went to it, DROPPED those it was too slow for."
            })
    int peers(@Mixin CommonOptions options) {
        Instant now = clock.instant();
        Map<String, PeerRecord> peers = read(options);
        PrintWriter out = spec.commandLine().getOut();
        if (options.json) {
            peers.forEach((key, peer) -> out.println(CommonOptions.toJson(fields(key, peer, now))));
        } else if (peers.isEmpty()) {
            out.println("no peers yet; ledger.gossip in meshlog.yaml, or up --join, names nodes to begin with");
        } else {
            var table = new TextTable("PEER", "ADDRESS", "COMMIT", "IN", "DUPLICATE", "BAD", "OUT", "DROPPED", "STATE");
            peers.forEach((key, peer) -> table.row(
                    name(key, peer),
                    peer.getAddress(),
                    peer.getCommitIndex() == null ? "-" : peer.getCommitIndex().toString(),
                    Long.toString(peer.getReceived()),
                    Long.toString(peer.getDuplicates()),
                    Long.toString(peer.getRejected()),
                    Long.toString(peer.getPushed()),
                    Long.toString(peer.getDropped()),
                    state(peer, now)));
            table.print(out);
        }
        out.flush();
        return 0;
    }

    private static Map<String, PeerRecord> read(CommonOptions options) {
        Map<String, PeerRecord> peers = new TreeMap<>();
        try (var access = ClusterAccess.open(options)) {
            TopicReader.readAll(access.cluster(), Topics.PEERS, rec -> {
                if (rec.value() == null) {
                    peers.remove(rec.key());
                } else {
                    peers.put(rec.key(), rec.value());
                }
            });
        }
        return peers;
    }

    private static boolean isConnected(PeerRecord peer, Instant now) {
        return peer.getState() == PeerState.CONNECTED
                && Duration.between(peer.getAtMs(), now).compareTo(FRESH) < 0;
    }

    private static String state(PeerRecord peer, Instant now) {
        if (peer.getState() == PeerState.CONNECTED) {
            return isConnected(peer, now)
                    ? "connected since " + peer.getSinceMs()
                    : "connected at " + peer.getAtMs() + ", when this node was heard last";
        }
        return peer.getState().name().toLowerCase(Locale.ROOT) + " since " + peer.getSinceMs() + ": " + peer.getReason()
                + ", " + peer.getDetail();
    }

    private static String name(String key, PeerRecord peer) {
        String shown =
                peer.getPublicKey() == null ? key : Hash.of(peer.getPublicKey()).brief();
        return peer.getListener() ? shown + " (listener)" : shown;
    }

    private static Map<String, @Nullable Object> fields(String key, PeerRecord peer, Instant now) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("peer", key);
        fields.put("address", peer.getAddress());
        fields.put("listener", peer.getListener());
        fields.put("dialed", peer.getDialed());
        fields.put("state", peer.getState().name());
        fields.put("connected", isConnected(peer, now));
        fields.put("reason", peer.getReason());
        fields.put("detail", peer.getDetail());
        fields.put("commit", peer.getCommitIndex());
        fields.put("leaderRound", peer.getLeaderRound());
        fields.put("software", peer.getSoftware());
        fields.put("received", peer.getReceived());
        fields.put("duplicates", peer.getDuplicates());
        fields.put("rejected", peer.getRejected());
        fields.put("pushed", peer.getPushed());
        fields.put("dropped", peer.getDropped());
        fields.put("since", peer.getSinceMs().toString());
        fields.put("at", peer.getAtMs().toString());
        return fields;
    }
}
