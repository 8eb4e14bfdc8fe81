"""What the script on days in leads counts."""

import json

import bench_days
import pytest

STORM = (
    "A storm tore the roofs off nine barns in the Tarn valley on {day}, farmers there said. {more}"
)
MORE = "The barns held the hay of the valley, and the farmers there asked the county for help."


@pytest.fixture
def folder(tmp_path):
    """A set with two storms, each told by ten outlets: the second one a day later."""
    lines = [
        {
            "id": f"{day}{number}",
            "story": day,
            "language": "en",
            "text": STORM.format(day=day, more=MORE),
        }
        for day in ("Monday", "Tuesday")
        for number in range(10)
    ]
    path = tmp_path / "sets" / "storms.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path.parent


def test_leads_of_one_story_meet_and_those_of_another_clash(folder):
    (labelled,) = bench_days.read_sets([folder])
    articles = bench_days.read_articles(labelled, dated=True)
    same, different = bench_days.pairs_of(labelled, articles)

    assert (len(same), len(different)) == (90, 100)
    assert bench_days.rates(same, articles.days, 0).split() == ["1.00", "0.000"]
    assert bench_days.rates(different, articles.days, 0).split() == ["1.00", "1.000"]
    assert bench_days.rates(different, articles.days, 2).split() == ["0.00", "0.000"]


def test_a_whole_run_prints_rows_and_times(folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench_days.py", str(folder)])

    bench_days.main()

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["set", "storms", "en"]
