package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateRejection;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.chain.CheckpointMark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what comes out of replay against what was published: commits and roots by the ledger, roots by certificates. Either side may come first.
 * One thread at a time.
 */
final class Comparison {
    private static final Logger LOG = LoggerFactory.getLogger(Comparison.class);

    /** Own commits, own checkpoints and certificates that wait for their other side. */
    private static final int WAITING = 4_096;

    private final Supplier<CertificateVerifier> verifiers;
    private final Map<Long, PublishedCommits.Commit> published = new HashMap<>();
    private final NavigableMap<Long, Own> own = new TreeMap<>();
    private final NavigableMap<Long, byte[]> certificates = new TreeMap<>();
    private final NavigableMap<Long, Hash> roots = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private long newestPublished;
    private int checked;
    private long certified = -1;
    private RecoveryReport.@Nullable Compared compared;

    private record Own(Hash hash, @Nullable CheckpointMark mark) {}

    /** @param verifiers with the validators as replay knows them at that moment */
    Comparison(Supplier<CertificateVerifier> verifiers) {
        this.verifiers = verifiers;
    }

    void published(long index, PublishedCommits.Commit commit) {
        newestPublished = Math.max(newestPublished, index);
        Own mine = own.remove(index);
        if (mine == null) {
            published.put(index, commit);
        } else {
            compare(index, commit, mine);
        }
    }

    /** Whether the ledger found every signature of this commit good, as it says. Any thread, while nothing else is called. */
    boolean isSaidToBeSigned(long index) {
        PublishedCommits.Commit commit = published.get(index);
        return commit != null && !commit.hasFailures();
    }

    void replayed(long index, Hash hash, @Nullable CheckpointMark mark) {
        var mine = new Own(hash, mark);
        PublishedCommits.Commit expected = published.remove(index);
        if (expected != null) {
            compare(index, expected, mine);
        } else if (index > newestPublished) {
            bounded(own, index, mine);
        }
        if (mark != null) {
            byte[] certificate = certificates.remove(mark.index());
            if (certificate != null) {
                certify(mark.index(), mark.root(), certificate);
            }
            bounded(roots, mark.index(), mark.root());
        }
    }

    /** @param bytes of a certificate that claims to be of this checkpoint */
    void certificate(long checkpoint, byte[] bytes) {
        Hash root = roots.get(checkpoint);
        if (root != null) {
            certify(checkpoint, root, bytes);
        } else {
            bounded(certificates, checkpoint, bytes);
        }
    }

    /**
     * Notes that the log brought less than was published of it, and says where it was lost. The position of a published commit tells: the vertex that
     * decided it stood just before. Markers of transactions leave gaps in the offsets that mean nothing.
     */
    void lost(long reached, long endOffset) {
        PublishedCommits.Commit next = published.get(reached + 1);
        PublishedCommits.Commit before = published.get(reached);
        if (next == null) {
            differs(
                    RecoveryFailure.LOG_GAP,
                    "Replay reaches commit %d, commits up to %d were published, and none that follows at once."
                            .formatted(reached, newestPublished));
        } else if (next.nextOffset() > endOffset) {
            differs(
                    RecoveryFailure.LOG_TRUNCATED,
                    "The log ends at offset %d; commit %d was decided by the vertex at %d, commits up to %d were published."
                            .formatted(endOffset, reached + 1, next.nextOffset() - 1, newestPublished));
        } else {
            differs(
                    RecoveryFailure.LOG_GAP,
                    "Commit %d was decided by the log up to offset %d; the log has that offset, and a vertex between %d and there is missing."
                            .formatted(
                                    reached + 1,
                                    next.nextOffset() - 1,
                                    before == null ? next.replayFrom() : before.replayFrom()));
        }
    }

    private void differs(RecoveryFailure reason, String detail) {
        differences.add(new Difference(reason, detail));
    }

    List<Difference> differences() {
        return differences;
    }

    int checked() {
        return checked;
    }

    /** The newest checkpoint of which a root had been published. */
    RecoveryReport.@Nullable Compared compared() {
        return compared;
    }

    /** The newest checkpoint for which a quorum signed the root that came out; −1 when there is none. */
    long certified() {
        return certified;
    }

    private void compare(long index, PublishedCommits.Commit expected, Own mine) {
        if (!expected.commitHash().equals(mine.hash())) {
            differs(
                    RecoveryFailure.COMMIT_DIFFERS,
                    "Commit %d: published hash %s, replayed %s.".formatted(index, expected.commitHash(), mine.hash()));
        }
        Hash root = expected.root();
        CheckpointMark mark = mine.mark();
        if (root != null && mark != null && mark.index() == expected.checkpointIndex()) {
            checked++;
            compared = new RecoveryReport.Compared(mark.index(), root, mark.root());
            if (!root.equals(mark.root())) {
                differs(
                        RecoveryFailure.ROOT_DIFFERS,
                        "Checkpoint %d: published root %s, replayed %s.".formatted(mark.index(), root, mark.root()));
            }
        }
    }

    private void certify(long checkpoint, Hash root, byte[] bytes) {
        Certificate certificate;
        try {
            certificate = verifiers.get().verify(bytes);
        } catch (InvalidCertificateException e) {
            if (e.reason() != CertificateRejection.UNKNOWN_EPOCH) {
                LOG.warn("the certificate of checkpoint {} says nothing: {}", checkpoint, e.getMessage());
            }
            return;
        }
        if (certificate.checkpointIndex() != checkpoint) {
            return;
        }
        if (certificate.root().equals(root)) {
            certified = Math.max(certified, checkpoint);
        } else {
            differs(
                    RecoveryFailure.CERTIFICATE_DIFFERS,
                    "Checkpoint %d: a quorum signed %s, replayed %s.".formatted(checkpoint, certificate.root(), root));
        }
    }

    private static <V> void bounded(NavigableMap<Long, V> waiting, long key, V value) {
        waiting.put(key, value);
        if (waiting.size() > WAITING) {
            waiting.pollFirstEntry();
        }
    }
}
