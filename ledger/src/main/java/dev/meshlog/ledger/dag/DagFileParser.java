package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.dag.FileVertex.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the lines of a DAG in text form. */
final class DagFileParser {
    private static final Pattern LINE_END = Pattern.compile("\\r\\n|\\r|\\n");
    private static final Pattern VALIDATOR = Pattern.compile("([^\\s:'#]+?)(?::([0-9]{1,15}))?");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,11}");
    private static final int MAX_DIGITS = 12;

    private final String[] lines;
    private final List<String> names = new ArrayList<>();
    private final List<Long> weights = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<Long, Integer> leaders = new HashMap<>();
    private final Map<VertexRef, FileVertex> vertices = new LinkedHashMap<>();

    /** By word: a vertex is named by many children. */
    private final Map<String, Name> known = new HashMap<>();

    private OptionalLong gcDepth = OptionalLong.empty();
    private int number;

    DagFileParser(String text) {
        this.lines = LINE_END.split(text, -1);
    }

    DagFile parse() throws IllegalDagException {
        for (String raw : lines) {
            number++;
            int comment = raw.indexOf('#');
            String line = (comment < 0 ? raw : raw.substring(0, comment)).strip();
            if (!line.isEmpty()) {
                readLine(line);
            }
        }
        if (names.isEmpty()) {
            throw illegal("the first line is 'validators NAME NAME ...'");
        }
        return new DagFile(names, DagFile.validators(weights), leaders, gcDepth, vertices);
    }

    private void readLine(String line) throws IllegalDagException {
        String[] words = line.split("\\s+", -1);
        if (names.isEmpty()) {
            if (!words[0].equals("validators")) {
                throw illegal("the first line is 'validators NAME NAME ...'");
            }
            readValidators(words);
        } else if (words[0].equals("validators")) {
            throw illegal("validators are given twice");
        } else if (line.indexOf(':') >= 0) {
            readVertex(line);
        } else if (words[0].equals("leader") && words.length == 3) {
            readLeader(words);
        } else if (words[0].equals("gc-depth") && words.length == 2) {
            if (gcDepth.isPresent()) {
                throw illegal("gc-depth is given twice");
            }
            gcDepth = OptionalLong.of(readNumber(words[1]));
        } else {
            throw illegal("neither 'leader ROUND NAME' nor 'gc-depth N' nor 'NAME: PARENT ...'");
        }
    }

    private void readValidators(String[] words) throws IllegalDagException {
        for (int i = 1; i < words.length; i++) {
            Matcher match = VALIDATOR.matcher(words[i]);
            if (!match.matches()) {
                throw illegal("'" + words[i] + "' is not NAME or NAME:WEIGHT");
            }
            if (numbers.put(match.group(1), names.size()) != null) {
                throw illegal("validator " + match.group(1) + " is listed twice");
            }
            long weight = match.group(2) == null ? 1 : Long.parseLong(match.group(2));
            if (weight < 1 || weight > Validator.MAX_WEIGHT) {
                throw illegal("a weight is 1 to 2^48");
            }
            names.add(match.group(1));
            weights.add(weight);
        }
        if (names.isEmpty() || names.size() > Validators.MAX_SIZE) {
            throw illegal("there are 1 to " + Validators.MAX_SIZE + " validators");
        }
    }

    private void readLeader(String[] words) throws IllegalDagException {
        long round = readNumber(words[1]);
        Integer validator = numbers.get(words[2]);
        if (round == 0) {
            throw illegal("round 0 has no leader");
        }
        if (validator == null) {
            throw illegal("unknown validator " + words[2]);
        }
        if (leaders.put(round, validator) != null) {
            throw illegal("the leader of round " + round + " is given twice");
        }
    }

    private void readVertex(String line) throws IllegalDagException {
        int colon = line.indexOf(':');
        Name name = readName(line.substring(0, colon).strip());
        if (name.round() == 0) {
            throw illegal(name.text() + ": round 0 is implicit");
        }
        List<VertexRef> parents = new ArrayList<>();
        String rest = line.substring(colon + 1).strip();
        if (!rest.isEmpty()) {
            for (String word : rest.split("\\s+", -1)) {
                Name parent = readName(word);
                if (parent.round() == 0 && parent.primes() > 0) {
                    throw illegal(name.text() + ": unknown parent " + word);
                }
                parents.add(parent.ref());
            }
        }
        if (vertices.put(name.ref(), new FileVertex(name, number, parents)) != null) {
            throw illegal(name.text() + " is listed twice");
        }
    }

    /** A validator's name may end in digits itself; whatever reading fits a validator is meant. */
    private Name readName(String word) throws IllegalDagException {
        Name before = known.get(word);
        if (before != null) {
            return before;
        }
        int end = word.length();
        while (end > 0 && word.charAt(end - 1) == '\'') {
            end--;
        }
        Name found = null;
        for (int start = Math.max(0, end - MAX_DIGITS); start < end; start++) {
            Integer validator = numbers.get(word.substring(0, start));
            String round = word.substring(start, end);
            if (validator != null && NUMBER.matcher(round).matches()) {
                if (found != null) {
                    throw illegal("'" + word + "' can be read in two ways");
                }
                found = Name.of(validator, Long.parseLong(round), word.length() - end, word);
            }
        }
        if (found == null) {
            throw illegal("'" + word + "' is not a validator's name and a round");
        }
        known.put(word, found);
        return found;
    }

    private long readNumber(String word) throws IllegalDagException {
        if (!NUMBER.matcher(word).matches()) {
            throw illegal("'" + word + "' is not a number");
        }
        return Long.parseLong(word);
    }

    private IllegalDagException illegal(String reason) {
        return new IllegalDagException(number, reason);
    }
}
