package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Says which of the offered snapshots can be restored here. An older snapshot is as legal as a newer one, since a certificate holds for ever; the
 * newest comes first because the replay behind it is the shortest.
 *
 * @param log whose offsets the snapshots must mean
 * @param isNamed whether one that means another log is taken all the same, since an operator named it
 */
record SnapshotChoice(GenesisConfig genesis, LogIdentity log, Trust trust, boolean isNamed) {
    /** A snapshot that can be restored here, if its chunks are right. */
    record Candidate(Manifest manifest, OffsetBinding binding, long compressedBytes) {
        LogIdentity log() {
            return new LogIdentity(binding.getClusterId(), binding.getTopicId());
        }

        Refusal refused(RecoveryFailure reason, String detail) {
            return new Refusal(
                    manifest.hash().hex(), reason, "Checkpoint %d: %s".formatted(manifest.checkpointIndex(), detail));
        }
    }

    /** @param highestCommit a snapshot of a later commit is passed over without a word */
    List<Candidate> newestFirst(List<SnapshotOffer> offers, long highestCommit, Consumer<Refusal> refused) {
        List<Candidate> candidates = new ArrayList<>();
        for (SnapshotOffer offer : offers) {
            check(offer, refused)
                    .filter(candidate -> candidate.manifest().commitIndex() <= highestCommit)
                    .ifPresent(candidates::add);
        }
        candidates.sort(Comparator.comparingLong(
                        (Candidate candidate) -> candidate.manifest().checkpointIndex())
                .reversed());
        return candidates;
    }

    private Optional<Candidate> check(SnapshotOffer offer, Consumer<Refusal> refused) {
        Manifest manifest;
        try {
            manifest = Manifest.parse(offer.manifest(), genesis.networkId());
        } catch (InvalidSnapshotException e) {
            RecoveryFailure reason = e.reason() == SnapshotRejection.OTHER_NETWORK
                    ? RecoveryFailure.OTHER_NETWORK
                    : RecoveryFailure.RECORD_MALFORMED;
            refused.accept(new Refusal(offer.key(), reason, e.reason() + ": " + e.getMessage()));
            return Optional.empty();
        }
        var candidate = new Candidate(manifest, offer.binding(), offer.compressedBytes());
        Optional<Refusal> refusal = refusal(candidate, offer);
        refusal.ifPresent(refused);
        return refusal.isEmpty() ? Optional.of(candidate) : Optional.empty();
    }

    private Optional<Refusal> refusal(Candidate candidate, SnapshotOffer offer) {
        OffsetBinding binding = offer.binding();
        if (!candidate.manifest().hash().hex().equals(offer.key())) {
            return Optional.of(new Refusal(
                    offer.key(),
                    RecoveryFailure.RECORD_MALFORMED,
                    "Its manifest has the hash " + candidate.manifest().hash()));
        }
        if (!isNamed && !binding.getClusterId().equals(log.clusterId())) {
            return Optional.of(candidate.refused(
                    RecoveryFailure.OTHER_CLUSTER,
                    "cluster %s, this is %s".formatted(binding.getClusterId(), log.clusterId())));
        }
        if (!isNamed && !binding.getTopicId().equals(log.topicId())) {
            return Optional.of(candidate.refused(
                    RecoveryFailure.TOPIC_RECREATED,
                    "%s had the id %s, now it has %s"
                            .formatted(binding.getTopic(), binding.getTopicId(), log.topicId())));
        }
        if (binding.getReplayFrom() < 0
                || binding.getPartition() != 0
                || !binding.getTopic().equals(Topics.VERIFIED.name())) {
            return Optional.of(candidate.refused(
                    RecoveryFailure.RECORD_MALFORMED,
                    "%s partition %d, offset %d"
                            .formatted(binding.getTopic(), binding.getPartition(), binding.getReplayFrom())));
        }
        return trust.refusal(genesis, candidate.manifest(), offer.certificate())
                .map(why -> candidate.refused(RecoveryFailure.NOT_TRUSTED, why));
    }
}
