"""Files of conversations, in a directory or in a bucket: one contract, two places."""

from rapport.storage.files.contract import Files, Scan
from rapport.storage.files.local import LocalFiles
from rapport.storage.files.naming import clean_filename, sniff
from rapport.storage.files.s3 import Bucket, S3Files

__all__ = ["Bucket", "Files", "LocalFiles", "S3Files", "Scan", "clean_filename", "sniff"]
