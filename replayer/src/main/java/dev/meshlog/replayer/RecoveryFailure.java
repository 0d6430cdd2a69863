package dev.meshlog.replayer;

/** Why a recovery stops, a snapshot is passed over, or a result is not believed. */
public enum RecoveryFailure {
    TARGET_EXISTS("The target exists: recovery goes into a directory of its own."),
    NO_STATE("The directory holds no recovered state."),
    OTHER_CLUSTER("The snapshot's offsets belong to another Kafka cluster."),
    TOPIC_RECREATED("The topic of the verified vertices was deleted and made again: the offsets meant the old one."),
    OTHER_NETWORK("It belongs to another network."),
    RECORD_MALFORMED("The record is not one that a snapshotter writes."),
    FILE_DAMAGED("The file is not one whole exported snapshot."),
    OTHER_POSITION("The snapshot's offset is not the one that its commit was published with."),
    NOT_TRUSTED("Nothing that is trusted vouches for the snapshot."),
    CHUNK_MISSING("Chunks of the snapshot are missing."),
    CHUNK_DAMAGED("Chunks of the snapshot are damaged."),
    SNAPSHOT_FALSE("The snapshot contradicts itself: its chunks are what it names and do not give its state root."),
    NO_GOOD_SNAPSHOT("The snapshots that were tried are bad, each in its way."),
    LOG_SHORTENED("The log no longer reaches back to where replay has to start."),
    LOG_TRUNCATED("The log ends before vertices that commits were made of: its end was lost."),
    LOG_GAP("Vertices that commits were made of are missing inside the log."),
    NOT_REACHED("The log does not reach what was asked for."),
    VERTEX_INVALID("The verified log holds a vertex that is not valid."),
    ORDER_HALTED("The order of the vertices can't be trusted."),
    COMMIT_DIFFERS("A commit is another one than the ledger published."),
    ROOT_DIFFERS("A state root is another one than the ledger published."),
    CERTIFICATE_DIFFERS("A state root is another one than a quorum signed.");

    private final String sentence;

    RecoveryFailure(String sentence) {
        this.sentence = sentence;
    }

    /** For people. */
    public String sentence() {
        return sentence;
    }

    /** Whether another snapshot may do where this one does not. */
    boolean isOfTheSnapshot() {
        return switch (this) {
            case CHUNK_MISSING,
                    CHUNK_DAMAGED,
                    SNAPSHOT_FALSE,
                    OTHER_POSITION,
                    OTHER_NETWORK,
                    LOG_SHORTENED,
                    LOG_TRUNCATED -> true;
            case TARGET_EXISTS,
                    NO_STATE,
                    OTHER_CLUSTER,
                    TOPIC_RECREATED,
                    RECORD_MALFORMED,
                    FILE_DAMAGED,
                    NOT_TRUSTED,
                    NO_GOOD_SNAPSHOT,
                    LOG_GAP,
                    NOT_REACHED,
                    VERTEX_INVALID,
                    ORDER_HALTED,
                    COMMIT_DIFFERS,
                    ROOT_DIFFERS,
                    CERTIFICATE_DIFFERS -> false;
        };
    }
}
