package dev.zvpg.examples.cli.text;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time span such as {@code 90m}, {@code 12h}, {@code 1d12h}. */
public final class Times implements ITypeConverter<Duration> {

    private static final Pattern SPAN =
            Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

    @Override
    public Duration convert(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (text.isEmpty() || !matcher.matches()) {
            throw new TypeConversionException("'" + text
                    + "' is not a time span; write it as days, hours, minutes and seconds, such as 90m or 1d12h");
        }
        return Duration.ofDays(number(matcher, 1))
                .plusHours(number(matcher, 2))
                .plusMinutes(number(matcher, 3))
                .plusSeconds(number(matcher, 4));
    }

    private static long number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
