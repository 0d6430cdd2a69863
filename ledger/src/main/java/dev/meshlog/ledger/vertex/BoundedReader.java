package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads Avro binary that a stranger wrote: every length is held against a limit and against the bytes that are there before anything is
 * allocated, and only the canonical form passes (shortest integers, one block for an array), so that a value has one encoding. Its methods throw
 * {@link MalformedRecordException}. One thread at a time.
 */
public final class BoundedReader {
    private final byte[] bytes;
    private int position;

    /** The bytes are shared, not copied. */
    public BoundedReader(byte[] bytes) {
        this.bytes = bytes;
    }

    public long readLong(String what) {
        long value = 0;
        int shift = 0;
        while (true) {
            require(1, what);
            int next = bytes[position++] & 0xff;
            if (shift == 63 && next > 1) {
                throw new MalformedRecordException(what + " does not fit 64 bits");
            }
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw new MalformedRecordException(what + " is longer than it needs to be");
                }
                return (value >>> 1) ^ -(value & 1);
            }
            shift += 7;
        }
    }

    /** A number that is never negative. */
    public long readUnsigned(String what) {
        long value = readLong(what);
        if (value < 0) {
            throw new MalformedRecordException(what + " is negative");
        }
        return value;
    }

    /** @throws LimitExceededException when the count is over the limit */
    public int readCount(String what, int limit) {
        long count = readUnsigned(what);
        if (count > limit) {
            throw new LimitExceededException(what + ": " + count + ", the limit is " + limit);
        }
        return (int) count;
    }

    public Hash readHash(String what) {
        require(Hash.LENGTH, what);
        position += Hash.LENGTH;
        return Hash.of(bytes, position - Hash.LENGTH);
    }

    public byte[] readFixed(String what, int length) {
        return take(length, what);
    }

    public byte[] readBytes(String what, int limit) {
        return take(readCount(what, limit), what);
    }

    public String readText(String what, int limit) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(readBytes(what, limit)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedRecordException(what + " is not UTF-8", e);
        }
    }

    /** The end marker of an array; an empty array is the marker alone. */
    public void endArray(String what, int count) {
        if (count > 0 && readLong(what) != 0) {
            throw new MalformedRecordException(what + " come in more than one block");
        }
    }

    /** Nothing follows. */
    public void end(String what) {
        if (position != bytes.length) {
            throw new MalformedRecordException(bytes.length - position + " bytes left over behind " + what);
        }
    }

    private byte[] take(int length, String what) {
        require(length, what);
        byte[] taken = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return taken;
    }

    private void require(int length, String what) {
        if (length > bytes.length - position) {
            throw new MalformedRecordException(what + " goes beyond the end");
        }
    }
}
