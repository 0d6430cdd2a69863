package dev.meshlog.replayer;

import dev.meshlog.ledger.trust.Trust;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say which snapshots are believed; without any it is the genesis. */
public final class TrustOptions {
    @Option(
            names = "--trust-checkpoint",
            paramLabel = "INDEX:ROOT",
            converter = CheckpointConverter.class,
            description = "Start from the snapshot of this checkpoint, with this state root, whatever its certificate.")
    private Trust.@Nullable OfCheckpoint checkpoint;

    @Option(
            names = "--insecure",
            description =
                    "Believe any snapshot that is there, certified or not. What comes out may be anybody's invention.")
    private boolean insecure;

    /** What the options say. */
    public Trust trust() {
        if (checkpoint != null) {
            return checkpoint;
        }
        return insecure ? new Trust.Blind() : new Trust.OfGenesis();
    }

    /** A sentence that must be shown when nothing is verified. */
    public static final String WARNING =
            "WARNING: --insecure: the snapshot is taken as it is, nothing says that a quorum ever had this state";

    public boolean isInsecure() {
        return insecure && checkpoint == null;
    }

    static final class CheckpointConverter implements ITypeConverter<Trust.OfCheckpoint> {
        @Override
        public Trust.OfCheckpoint convert(String value) {
            try {
                return Trust.OfCheckpoint.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
