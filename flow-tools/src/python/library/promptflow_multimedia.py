class Image:
    def __init__(self, value=b'', mime_type='image/*', source_url=None):
        self._value = value
        self._mime_type = mime_type
        self._hash = __host_sha1(value)
        self.source_url = source_url

    def to_base64(self, with_type=False):
        import base64
        text = base64.b64encode(self._value).decode('utf-8')
        return f'data:{self._mime_type};base64,{text}' if with_type else text

    def __len__(self):
        return len(self._value)

    def __str__(self):
        return f'Image({self._hash[:8]})'

    def __repr__(self):
        return f'Image({self._hash[:8]})'


PFBytes = Image


def __flow_picture__(given):
    return Image(given['value'], given['mime_type'], given['source_url'])
