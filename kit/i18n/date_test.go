package i18n_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/i18n"
)

func quito(t *testing.T) *time.Location { return zone(t, "America/Guayaquil") }

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	require.NoError(t, err)
	return location
}

func TestWhen(t *testing.T) {
	now := time.Date(2025, time.November, 21, 10, 43, 0, 0, quito(t))
	for _, one := range []struct {
		name   string
		at     time.Time
		en, es string
	}{
		{"today", time.Date(2025, 11, 21, 15, 41, 59, 0, time.UTC), "Today 10:41", "Hoy 10:41"},
		{"later today", time.Date(2025, 11, 22, 4, 59, 0, 0, time.UTC), "Today 23:59", "Hoy 23:59"},
		{"yesterday here, today in UTC", time.Date(2025, 11, 21, 4, 59, 0, 0, time.UTC), "20 Nov 23:59", "20 nov 23:59"},
		{"tomorrow", time.Date(2025, 11, 22, 5, 0, 0, 0, time.UTC), "22 Nov 00:00", "22 nov 00:00"},
		{"this year", time.Date(2025, 9, 1, 17, 5, 0, 0, time.UTC), "1 Sep 12:05", "1 sept 12:05"},
		{"the same day of another year", time.Date(2024, 11, 21, 15, 41, 0, 0, time.UTC), "21 Nov 2024 10:41", "21 nov 2024 10:41"},
		{"next year", time.Date(2026, 1, 2, 15, 0, 0, 0, time.UTC), "2 Jan 2026 10:00", "2 ene 2026 10:00"},
	} {
		t.Run(one.name, func(t *testing.T) {
			require.Equal(t, one.en, i18n.When("en", one.at, now))
			require.Equal(t, one.es, i18n.When("es", one.at, now))
		})
	}
}

func TestDay(t *testing.T) {
	at := time.Date(2025, time.November, 21, 10, 43, 0, 0, time.UTC)
	require.Equal(t, "Friday, 21 November", i18n.Day("en", at))
	require.Equal(t, "viernes, 21 de noviembre", i18n.Day("es", at))
	require.Equal(t, "Friday, 21 November", i18n.Day("fr", at), "another language is English")
	require.Equal(t, "domingo, 1 de marzo", i18n.Day("es", time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)))
}

// Every month has its name, long and short, in the order of the year.
func TestMonths(t *testing.T) {
	now := time.Date(2025, time.December, 31, 0, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2025, month, 2, 0, 0, 0, 0, time.UTC)
		require.Equal(t, at.Format("Monday, 2 January"), i18n.Day("en", at))
		require.Equal(t, at.Format("2 Jan 15:04"), i18n.When("en", at, now))
		for _, text := range []string{i18n.Day("es", at), i18n.When("es", at, now)} {
			require.False(t, seen[text], "%s is there twice", text)
			seen[text] = true
		}
	}
}

func TestClock(t *testing.T) {
	at := time.Date(2025, time.November, 21, 9, 5, 7, 0, time.UTC)
	require.Equal(t, "09:05", i18n.Clock(at))
	require.Equal(t, "09:05:07", i18n.ClockSeconds(at))
}

func TestDuration(t *testing.T) {
	for _, one := range []struct {
		d      time.Duration
		en, es string
	}{
		{-time.Hour, "0 min", "0 min"},
		{0, "0 min", "0 min"},
		{59 * time.Second, "under 1 min", "menos de 1 min"},
		{time.Minute, "1 min", "1 min"},
		{45*time.Minute + 59*time.Second, "45 min", "45 min"},
		{time.Hour, "1 h", "1 h"},
		{72 * time.Minute, "1 h 12 min", "1 h 12 min"},
		{24*time.Hour - time.Second, "23 h 59 min", "23 h 59 min"},
		{24 * time.Hour, "1 d", "1 d"},
		{24*time.Hour + 59*time.Minute, "1 d", "1 d"},
		{71 * time.Hour, "2 d 23 h", "2 d 23 h"},
		{365 * 24 * time.Hour, "365 d", "365 d"},
	} {
		require.Equal(t, one.en, i18n.Duration("en", one.d), one.d)
		require.Equal(t, one.es, i18n.Duration("es", one.d), one.d)
	}
}

func TestZone(t *testing.T) {
	winter := time.Date(2025, time.January, 15, 12, 0, 0, 0, time.UTC)
	summer := time.Date(2025, time.July, 15, 12, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		at     time.Time
		en, es string
	}{
		{winter.In(quito(t)), "Quito time (UTC\u22125)", "hora de Quito (UTC\u22125)"},
		{winter.In(zone(t, "America/Mexico_City")), "Mexico City time (UTC\u22126)", "hora de Ciudad de México (UTC\u22126)"},
		{winter.In(zone(t, "America/Argentina/Buenos_Aires")), "Buenos Aires time (UTC\u22123)", "hora de Buenos Aires (UTC\u22123)"},
		{summer.In(zone(t, "Europe/Madrid")), "Madrid time (UTC+2)", "hora de Madrid (UTC+2)"},
		{winter.In(zone(t, "Europe/London")), "London time (UTC)", "hora de Londres (UTC)"},
		{winter.In(zone(t, "Asia/Kolkata")), "Kolkata time (UTC+5:30)", "hora de Kolkata (UTC+5:30)"},
		{winter.In(zone(t, "Etc/GMT+5")), "UTC\u22125", "UTC\u22125"},
		{winter.In(time.FixedZone("", -4*3600-1800)), "UTC\u22124:30", "UTC\u22124:30"},
		{winter, "UTC", "UTC"},
	} {
		require.Equal(t, one.en, i18n.Zone("en", one.at))
		require.Equal(t, one.es, i18n.Zone("es", one.at))
	}
}
