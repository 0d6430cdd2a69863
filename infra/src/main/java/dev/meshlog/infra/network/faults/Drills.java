package dev.meshlog.infra.network.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.SplittableRandom;

/** The drills, by the names they have for people. */
public enum Drills {
    KILLS(4, "one of four killed −9 and restarted twenty times"),
    CUT(4, "one of four cut off for a minute"),
    HALVES(4, "two of four cut off from the other two"),
    BYZANTINE(4, "one of four lies"),
    LINKS(2, "listeners join over bad links"),
    MEMBERS(4, "five times a validator joins under load, and leaves");

    private final int validators;
    private final String meaning;

    Drills(int validators, String meaning) {
        this.validators = validators;
        this.meaning = meaning;
    }

    /** For people. */
    public String meaning() {
        return meaning;
    }

    /**
     * Runs it on a network of its own, which is gone at the end.
     *
     * @param directory where there is nothing yet
     * @param main of the meshlog command
     */
    public void run(Path directory, Class<?> main, long seed, boolean isShort, DrillReport report, Clock clock)
            throws IOException, InterruptedException {
        try (FaultyNetwork network = FaultyNetwork.make(directory, validators, 0, main, seed)) {
            drill().run(new Stage(network, report, new SplittableRandom(seed), isShort, clock));
        }
    }

    private Drill drill() {
        return switch (this) {
            case KILLS -> new KillDrill();
            case CUT -> new CutDrill();
            case HALVES -> new HalvesDrill();
            case BYZANTINE -> new LyingDrill();
            case LINKS -> new LinkDrill();
            case MEMBERS -> new MembersDrill();
        };
    }
}
