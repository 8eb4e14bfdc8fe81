"""Which folder holds compiled code, which is executed, and word lists."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path

import pytest

from dedup import disk_cache
from dedup.cache_folder import cache_folder

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
STRANGER = 12345


@pytest.fixture
def no_cache(monkeypatch):
    for name in ("DEDUP_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def unknown_user(no_cache):
    """A user without an entry in the list of users, as with `docker run --user 12345`."""

    def nobody(number):
        raise KeyError(number)

    no_cache.setattr(pwd, "getpwuid", nobody)
    return no_cache


BESIDE = Path(disk_cache.__file__).parent / "__pycache__" / "cache"


class TestWhichFolder:
    def test_the_variable_goes_before_all(self, no_cache, tmp_path):
        no_cache.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        no_cache.setenv("DEDUP_CACHE", str(tmp_path / "own" / "cache"))
        assert cache_folder().path == tmp_path / "own" / "cache"
        assert not (tmp_path / "xdg").exists()

    def test_the_folder_for_caches_goes_before_home(self, no_cache, tmp_path):
        no_cache.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        no_cache.setenv("HOME", str(tmp_path))
        assert cache_folder().path == tmp_path / "xdg" / "dedup"

    @pytest.mark.parametrize("given", ["", "relative/path"])
    def test_without_a_folder_for_caches_it_is_under_home(self, given, no_cache, tmp_path):
        no_cache.setenv("XDG_CACHE_HOME", given)
        no_cache.setenv("HOME", str(tmp_path))
        assert cache_folder().path == tmp_path / ".cache" / "dedup"

    @pytest.mark.parametrize("home", [None, "", "relative", "/nonexistent", "/dev/null"])
    def test_without_a_home_it_is_beside_the_package(self, home, unknown_user):
        if home is not None:
            unknown_user.setenv("HOME", home)
        assert cache_folder().path == BESIDE
        assert not Path("/nonexistent").exists()

    def test_a_home_that_is_not_set_is_that_of_the_user(self, no_cache, tmp_path):
        entry = pwd.struct_passwd(("a", "x", 1, 1, "", str(tmp_path), ""))
        no_cache.setattr(pwd, "getpwuid", lambda number: entry)
        assert cache_folder().path == tmp_path / ".cache" / "dedup"

    @pytest.mark.parametrize(
        ("given", "fault"),
        [
            ("relative", "relative is not an absolute path"),
            ("/proc/self/dedup", "/proc/self/dedup cannot be made or read ("),
            ("/dev/null", "/dev/null cannot be made or read ("),
        ],
    )
    def test_a_folder_that_cannot_be_used_is_not_replaced_by_another(
        self, given, fault, no_cache, tmp_path
    ):
        no_cache.setenv("HOME", str(tmp_path))
        no_cache.setenv("DEDUP_CACHE", given)
        assert cache_folder().path is None
        assert cache_folder().fault.startswith(fault)
        assert not any(tmp_path.iterdir())


class TestTrust:
    @pytest.fixture
    def folder(self, no_cache, tmp_path):
        folder = tmp_path / "above" / "cache"
        folder.mkdir(parents=True)
        no_cache.setenv("DEDUP_CACHE", str(folder))
        assert cache_folder().path == folder
        return folder

    def test_a_folder_that_all_can_write_is_not_used(self, folder):
        folder.chmod(0o777)
        assert cache_folder().fault == f"{folder} can be written by other users"

    def test_a_folder_in_one_that_all_can_write_is_not_used(self, folder):
        folder.parent.chmod(0o777)
        fault = f"{folder} lies in {folder.parent}, which can be written by other users"
        assert cache_folder().fault == fault

    def test_a_folder_in_one_such_as_tmp_is_used(self, folder):
        folder.parent.chmod(0o1777)
        assert cache_folder().path == folder

    def test_a_link_counts_as_what_it_leads_to(self, folder, no_cache, tmp_path):
        folder.chmod(0o777)
        link = tmp_path / "link"
        link.symlink_to(folder)
        no_cache.setenv("DEDUP_CACHE", str(link))
        assert "can be written by other users" in cache_folder().fault

    @ROOT_ONLY
    def test_a_folder_of_another_user_is_not_used(self, folder):
        os.chown(folder, STRANGER, STRANGER)
        assert cache_folder().fault == f"{folder} belongs to another user"

    @ROOT_ONLY
    def test_a_folder_that_a_group_can_write_is_not_used(self, folder):
        os.chown(folder, 0, STRANGER)
        folder.chmod(0o775)
        assert cache_folder().fault == f"{folder} can be written by other users"

    @ROOT_ONLY
    def test_a_folder_that_the_group_of_its_owner_alone_can_write_is_used(self, folder):
        folder.chmod(0o775)
        assert cache_folder().path == folder

    def test_a_folder_that_is_made_is_for_its_owner_to_write_whatever_the_umask(
        self, no_cache, tmp_path
    ):
        no_cache.setenv("DEDUP_CACHE", str(tmp_path / "new" / "cache"))
        before = os.umask(0)
        try:
            path = cache_folder().path
            disk_cache.save(path / "some", b"data")
        finally:
            os.umask(before)
        for each in (path, path.parent, path / "some"):
            assert each.stat().st_mode & 0o022 == 0


def test_files_of_others_are_not_read():
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "some"
        disk_cache.save(path, b"data")
        assert disk_cache.load(path) == b"data"
        path.chmod(0o666)
        assert disk_cache.load(path) is None
        path.chmod(0o644)
        if os.geteuid() == 0:
            os.chown(path, STRANGER, STRANGER)
            assert disk_cache.load(path) is None
